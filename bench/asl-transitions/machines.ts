// The same machine in both languages: a Pass, a Choice, and a Map over ten items with one Task each.

const items = Array.from({ length: 10 }, (_, index) => ({ service: `service-${index}`, replicas: index + 1 }));

export const machineInput = { environment: 'dev', items };
/** Pass, Choice, Map, and ten times Task. */
export const transitionCount = 3 + items.length;

/** What each task answers. */
export function playTask(item: unknown): { name: string; replicas: number } {
  const { service, replicas } = item as { readonly service: string; readonly replicas: number };
  return { name: service, replicas: replicas * 2 };
}

/** Whether the Map's result is what the machine must give. */
export function isRightOutput(output: unknown): boolean {
  return JSON.stringify(output) === JSON.stringify(items.map(playTask));
}

export const jsonataDefinition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Prepare',
  States: {
    Prepare: {
      Type: 'Pass',
      Output: { environment: '{% $states.input.environment %}', items: '{% $states.input.items %}', isDry: false },
      Next: 'IsDry',
    },
    IsDry: {
      Type: 'Choice',
      Choices: [{ Condition: "{% $states.input.environment = 'prod' %}", Next: 'Refuse' }],
      Default: 'ForEach',
    },
    ForEach: {
      Type: 'Map',
      Items: '{% $states.input.items %}',
      ItemProcessor: {
        StartAt: 'Work',
        States: {
          Work: {
            Type: 'Task',
            Resource: 'arn:aws:states:::bench:work',
            Arguments: { service: '{% $states.input.service %}', replicas: '{% $states.input.replicas %}' },
            End: true,
          },
        },
      },
      End: true,
    },
    Refuse: { Type: 'Fail' },
  },
};

export const jsonPathDefinition = {
  StartAt: 'Prepare',
  States: {
    Prepare: {
      Type: 'Pass',
      Parameters: { 'environment.$': '$.environment', 'items.$': '$.items', isDry: false },
      Next: 'IsDry',
    },
    IsDry: {
      Type: 'Choice',
      Choices: [{ Variable: '$.environment', StringEquals: 'prod', Next: 'Refuse' }],
      Default: 'ForEach',
    },
    ForEach: {
      Type: 'Map',
      ItemsPath: '$.items',
      ItemProcessor: {
        StartAt: 'Work',
        States: {
          Work: {
            Type: 'Task',
            Resource: 'arn:aws:lambda:us-east-1:123456789012:function:work',
            Parameters: { 'service.$': '$.service', 'replicas.$': '$.replicas' },
            End: true,
          },
        },
      },
      End: true,
    },
    Refuse: { Type: 'Fail' },
  },
};
