// AWS::SQS::QueuePolicy.
import type { ResourceProvider } from '../../runtime/resource.ts';
import type { Queues } from './queues.ts';

export function createQueuePolicyProvider(queues: Queues): ResourceProvider {
  return {
    type: 'AWS::SQS::QueuePolicy',
    properties: ['PolicyDocument', 'Queues'],
    create: async (resource) => {
      const Policy = JSON.stringify(resource.properties.PolicyDocument);
      for (const url of resource.properties.Queues as readonly string[]) {
        const { record } = queues.getByUrl(resource.stack.region, url);
        queues.put({ ...record, attributes: { ...record.attributes, Policy } });
      }
      const id = `${resource.stack.name}-${resource.logicalId}`;
      return { ref: id, attributes: { Id: id } };
    },
  };
}
