// An assembly comes to life: order, references across stacks and regions, and one loud error for what is not supported.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { App, CfnCondition, CfnOutput, CfnParameter, CfnResource, Fn, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { deployAssembly } from '../../../local/assembly/deploy-assembly.ts';
import { readAssembly } from '../../../local/assembly/read-assembly.ts';
import { STACK_TABLE, type StackRecord } from '../../../local/assembly/stack-record.ts';
import { createVirtualClock, type VirtualClock } from '../../../local/clock/virtual-clock.ts';
import type { ApiCall, RuntimeContext } from '../../../local/runtime/context.ts';
import type { ResolvedResource, ResourceProvider } from '../../../local/runtime/resource.ts';
import { openJournalStore } from '../../../local/storage/journal-store.ts';
import type { Store } from '../../../local/storage/store.ts';

// Odd templates are the point here: the CDK need not warn of them.
process.env.CDK_VALIDATION = 'false';

let directory: string;
let store: Store;
let clock: VirtualClock;
let created: ResolvedResource[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'assembly-'));
  store = await openJournalStore(join(directory, 'state'));
  clock = createVirtualClock();
  created = [];
});
afterEach(async () => {
  clock.stop();
  await store.close();
  await rm(directory, { recursive: true });
});

/** Creates anything, and gives each resource an ARN. */
function toyProvider(type: string, properties: readonly string[]): ResourceProvider {
  return {
    type,
    properties,
    withoutEffect: { Tags: 'nothing is found by tag here' },
    async create(resource) {
      created.push(resource);
      const ref = `${resource.stack.name}-${resource.logicalId}`;
      return { ref, attributes: { Arn: `arn:${resource.stack.region}:${ref}` } };
    },
  };
}
const PROVIDERS = [
  toyProvider('AWS::SQS::Queue', ['QueueName', 'RedrivePolicy']),
  toyProvider('AWS::SNS::Topic', ['TopicName', 'DisplayName']),
  toyProvider('AWS::IAM::Role', ['AssumeRolePolicyDocument', 'ManagedPolicyArns', 'Policies']),
];

async function deploy(app: App, calls: (call: ApiCall) => object = () => ({}), parameters = {}): Promise<void> {
  const context = {
    clock,
    store,
    accountId: '123456789012',
    region: 'us-east-1',
    call: async (call: ApiCall) => calls(call),
  } as unknown as RuntimeContext;
  const stacks = readAssembly(app.synth().directory, { accountId: '123456789012', region: 'us-east-1' });
  const findProvider = (type: string) => PROVIDERS.find((provider) => provider.type === type);
  await deployAssembly({ context, stacks, findProvider, parameters });
}

function newApp(): App {
  return new App({ outdir: join(directory, 'cdk.out'), analyticsReporting: false });
}

function addQueue(
  scope: ConstructorParameters<typeof CfnResource>[0],
  id: string,
  properties: Record<string, unknown> = {},
) {
  return new CfnResource(scope, id, { type: 'AWS::SQS::Queue', properties });
}

describe('assembly', () => {
  it('creates each resource after those that it refers to, wherever they stand in the template', async () => {
    const app = newApp();
    const stack = new Stack(app, 'Orders');
    const last = addQueue(stack, 'Last', { QueueName: Fn.sub('x-${Middle}') });
    const middle = addQueue(stack, 'Middle', { RedrivePolicy: { target: Fn.getAtt('First', 'Arn') } });
    const first = addQueue(stack, 'First');
    first.addResourceDependency(new CfnResource(stack, 'Before', { type: 'AWS::SNS::Topic' }));
    await deploy(app);
    expect(created.map(({ logicalId }) => logicalId)).toEqual(['Before', 'First', 'Middle', 'Last']);
    expect(created.at(2)?.properties).toEqual({ RedrivePolicy: { target: 'arn:us-east-1:Orders-First' } });
    expect(created.at(3)?.properties).toEqual({ QueueName: 'x-Orders-Middle' });
    expect([last, middle]).toBeDefined();
  });

  it('refuses resources that need each other and shows the circle', async () => {
    const app = newApp();
    const stack = new Stack(app, 'Orders');
    addQueue(stack, 'Chicken', { QueueName: Fn.ref('Egg') });
    addQueue(stack, 'Egg', { QueueName: Fn.ref('Chicken') });
    await expect(deploy(app)).rejects.toThrow(
      /resources of stack Orders depend on each other in a circle: Chicken → Egg → Chicken/,
    );
    expect(created).toEqual([]);
  });

  it('names everything that is not supported in one error, before anything is created', async () => {
    const app = newApp();
    const stack = new Stack(app, 'Orders');
    addQueue(stack, 'Fine', { Tags: [] });
    addQueue(stack, 'Odd', { FifoQueue: true, KmsMasterKeyId: 'k' });
    new CfnResource(stack, 'Cluster', { type: 'AWS::Redshift::Cluster' });
    const nested = new NestedStack(stack, 'Inner');
    new CfnResource(nested, 'Bus', { type: 'AWS::Neptune::DBCluster' });
    const off = new CfnCondition(stack, 'Off', { expression: Fn.conditionEquals('a', 'b') });
    new CfnResource(stack, 'Absent', { type: 'AWS::Redshift::Cluster' }).cfnOptions.condition = off;
    const error = (await deploy(app).catch((caught: unknown) => caught)) as Error;
    expect(error.message.split('\n')).toEqual([
      'the assembly uses 4 things that this runtime does not do:',
      '  - Orders: property FifoQueue of AWS::SQS::Queue "Odd"',
      '  - Orders: property KmsMasterKeyId of AWS::SQS::Queue "Odd"',
      '  - Orders: resource type AWS::Redshift::Cluster of "Cluster"',
      expect.stringMatching(/^ {2}- Orders-Inner.*: resource type AWS::Neptune::DBCluster of "Bus"$/),
    ]);
    expect(created).toEqual([]);
  });

  it('hands values from stack to stack by exports, and refuses an import that nobody exports', async () => {
    const app = newApp();
    const producer = new Stack(app, 'Producer');
    const consumer = new Stack(app, 'Consumer');
    const topic = new CfnResource(producer, 'Topic', { type: 'AWS::SNS::Topic' });
    addQueue(consumer, 'Queue', { QueueName: topic.getAtt('Arn') });
    await deploy(app);
    expect(created.map(({ logicalId }) => logicalId)).toEqual(['Topic', 'Queue']);
    expect(created[1]?.properties).toEqual({ QueueName: 'arn:us-east-1:Producer-Topic' });

    const alone = new App({ outdir: join(directory, 'alone') });
    addQueue(new Stack(alone, 'Alone'), 'Queue', { QueueName: Fn.importValue('nowhere') });
    await expect(deploy(alone)).rejects.toThrow(
      /cannot create AWS::SQS::Queue "Queue" of stack Alone: no stack in us-east-1 exports "nowhere"/,
    );
  });

  it('hands values from region to region without running the handlers of the CDK', async () => {
    const app = newApp();
    const producer = new Stack(app, 'Producer', {
      env: { account: '123456789012', region: 'eu-west-1' },
      crossRegionReferences: true,
    });
    const consumer = new Stack(app, 'Consumer', {
      env: { account: '123456789012', region: 'us-east-2' },
      crossRegionReferences: true,
    });
    const topic = new CfnResource(producer, 'Topic', { type: 'AWS::SNS::Topic' });
    addQueue(consumer, 'Queue', { QueueName: topic.getAtt('Arn') });
    await deploy(app);
    const queue = created.find(({ logicalId }) => logicalId === 'Queue');
    expect(queue?.properties).toEqual({ QueueName: 'arn:eu-west-1:Producer-Topic' });
    expect(queue?.stack).toMatchObject({ region: 'us-east-2', accountId: '123456789012' });
  });

  it('creates nested stacks, hands parameters down and outputs up', async () => {
    const app = newApp();
    const stack = new Stack(app, 'Parent');
    const topic = new CfnResource(stack, 'Topic', { type: 'AWS::SNS::Topic' });
    const nested = new NestedStack(stack, 'Inner');
    const inner = addQueue(nested, 'InnerQueue', { QueueName: topic.getAtt('Arn') });
    addQueue(stack, 'Outer', { QueueName: inner.getAtt('Arn') });
    await deploy(app);
    expect(created.map(({ logicalId }) => logicalId)).toEqual(['Topic', 'InnerQueue', 'Outer']);
    expect(created[1]?.properties).toEqual({ QueueName: 'arn:us-east-1:Parent-Topic' });
    expect(created[2]?.properties.QueueName).toMatch(/^arn:us-east-1:Parent-Inner.*-InnerQueue$/);
  });

  it('finds the stacks of stages, in the order of their dependencies', async () => {
    const app = newApp();
    const second = new Stage(app, 'Second', { env: { region: 'eu-west-1' } });
    addQueue(new Stack(second, 'B'), 'Queue');
    const a = new Stack(second, 'A');
    addQueue(a, 'Queue');
    second.node.findChild('B').node.addDependency(a);
    await deploy(app);
    expect(created.map(({ stack }) => `${stack.name} ${stack.region}`)).toEqual([
      'Second-A eu-west-1',
      'Second-B eu-west-1',
    ]);
  });

  it('leaves out what its condition excludes', async () => {
    const app = newApp();
    const stack = new Stack(app, 'Orders');
    const stage = new CfnParameter(stack, 'StageName', { default: 'dev' });
    const isProduction = new CfnCondition(stack, 'IsProduction', {
      expression: Fn.conditionEquals(stage.valueAsString, 'prod'),
    });
    const queue = addQueue(stack, 'OnlyInProduction');
    queue.cfnOptions.condition = isProduction;
    addQueue(stack, 'Always', { QueueName: Fn.conditionIf('IsProduction', queue.ref, 'none') });
    new CfnOutput(stack, 'Name', { value: queue.ref, condition: isProduction });
    await deploy(app);
    expect(created.map(({ logicalId, properties }) => [logicalId, properties])).toEqual([
      ['Always', { QueueName: 'none' }],
    ]);
    created = [];
    await deploy(app, undefined, { StageName: 'prod' });
    expect(created.map(({ logicalId }) => logicalId)).toEqual(['OnlyInProduction', 'Always']);
  });

  it('asks for a value of a parameter that has none', async () => {
    const app = newApp();
    const stack = new Stack(app, 'Orders');
    addQueue(stack, 'Queue', { QueueName: new CfnParameter(stack, 'Name').valueAsString });
    await expect(deploy(app)).rejects.toThrow(/parameter "Name" of stack Orders has no value and no default/);
  });

  it('reads SSM parameters and secrets that the template points at', async () => {
    const app = newApp();
    const stack = new Stack(app, 'Orders');
    const parameter = new CfnParameter(stack, 'Ami', { type: 'AWS::SSM::Parameter::Value<String>', default: '/ami' });
    addQueue(stack, 'Queue', {
      QueueName: parameter.valueAsString,
      RedrivePolicy: [
        'a-{{resolve:ssm:/x/y:3}}-{{resolve:ssm:/z}}',
        '{{resolve:secretsmanager:db:SecretString:password::}}',
      ],
    });
    await deploy(app, ({ operation, input }) => {
      if (operation === 'GetSecretValue') return { SecretString: '{"password":"p"}' };
      return { Parameter: { Value: `<${(input as { Name: string }).Name}>` } };
    });
    expect(created[0]?.properties).toEqual({ QueueName: '</ami>', RedrivePolicy: ['a-</x/y:3>-</z>', 'p'] });
  });

  it('names the resource that could not be created', async () => {
    const app = newApp();
    const stack = new Stack(app, 'Orders');
    addQueue(stack, 'Queue', { QueueName: Fn.getAtt('Topic', 'Colour') });
    new CfnResource(stack, 'Topic', { type: 'AWS::SNS::Topic' });
    await expect(deploy(app)).rejects.toThrow(
      /cannot create AWS::SQS::Queue "Queue" of stack Orders: "Topic" has no attribute "Colour"/,
    );
  });

  it('remembers stacks with their outputs and resources', async () => {
    const app = newApp();
    const stack = new Stack(app, 'Orders', { description: 'takes orders' });
    const queue = addQueue(stack, 'Queue');
    new CfnOutput(stack, 'QueueArn', { value: queue.getAtt('Arn').toString(), description: 'where orders go' });
    await deploy(app);
    const record = store.table<StackRecord>(STACK_TABLE).get('us-east-1/Orders');
    expect(record).toMatchObject({
      name: 'Orders',
      outputs: [{ key: 'QueueArn', value: 'arn:us-east-1:Orders-Queue', description: 'where orders go' }],
      resources: [{ logicalId: 'Queue', type: 'AWS::SQS::Queue', physicalId: 'Orders-Queue' }],
    });
    expect(record?.id).toMatch(/^arn:aws:cloudformation:us-east-1:123456789012:stack\/Orders\/[0-9a-f-]{36}$/);
  });

  it('says how to get an assembly where there is none', () => {
    expect(() => readAssembly(directory, { accountId: '1', region: 'r' })).toThrow(
      /no cloud assembly in .*: run `cdk synth` first/,
    );
  });
});
