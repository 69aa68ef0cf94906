// A cloud assembly with nothing but a state machine of three steps and the function that each step calls.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const region = 'us-east-1';
const code = 'exports.handler = async ({ step }) => ({ step, done: true });\n';

function buildStep(step: number): object {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: 'bench-step', Payload: { step } },
    Output: '{% $states.result.Payload %}',
    ...(step < 3 ? { Next: `Step${step + 1}` } : { End: true }),
  };
}

const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Step1',
  States: { Step1: buildStep(1), Step2: buildStep(2), Step3: buildStep(3) },
};

function buildRole(service: string, action: string, resource: unknown): object {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
      },
      Policies: [
        {
          PolicyName: 'own',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
          },
        },
      ],
    },
  };
}

const functionArn = { 'Fn::GetAtt': ['Step', 'Arn'] };
const template = {
  Resources: {
    LogGroup: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/bench-step' } },
    StepRole: buildRole('lambda.amazonaws.com', 'logs:*', '*'),
    Step: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'bench-step',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['StepRole', 'Arn'] },
        Code: { ZipFile: code },
      },
    },
    MachineRole: buildRole('states.amazonaws.com', 'lambda:InvokeFunction', functionArn),
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'bench-three-steps',
        RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
        DefinitionString: JSON.stringify(definition),
      },
    },
  },
};

/** Writes the assembly and gives the machine's name and region. */
export function writeAssembly(directory: string): { readonly machine: string; readonly region: string } {
  const name = 'three-steps';
  mkdirSync(directory, { recursive: true });
  const manifest = {
    version: '55.0.0',
    artifacts: {
      [name]: {
        type: 'aws:cloudformation:stack',
        environment: `aws://unknown-account/${region}`,
        properties: { templateFile: `${name}.template.json` },
      },
    },
  };
  writeFileSync(join(directory, 'manifest.json'), JSON.stringify(manifest));
  writeFileSync(join(directory, `${name}.template.json`), JSON.stringify(template));
  return { machine: 'bench-three-steps', region };
}
