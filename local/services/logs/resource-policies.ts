// Policies by which AWS services may write to log groups: several for a region, in force together.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
import { findArnParts } from '../../identity/arn.ts';
import { physicalName, type ResourceProvider } from '../../runtime/resource.ts';
import type { PolicyDocument, PolicyStatement } from '../../runtime/service.ts';

/** They come from the templates at every start, so they live in memory only. */
export class ResourcePolicies {
  readonly #byRegion = new Map<string, Map<string, PolicyDocument>>();
  /** One document for each region: it is compiled once for as long as it is the same object. */
  readonly #merged = new Map<string, PolicyDocument>();

  put(region: string, name: string, document: PolicyDocument): void {
    const policies = this.#byRegion.get(region) ?? new Map<string, PolicyDocument>();
    this.#byRegion.set(region, policies.set(name, document));
    const statements = [...policies.values()].flatMap(({ Statement }) => Statement as PolicyStatement);
    this.#merged.set(region, { Version: '2012-10-17', Statement: statements });
  }

  find(logArn: string): PolicyDocument | undefined {
    return this.#merged.get(findArnParts(logArn)?.region ?? '');
  }
}

export function createResourcePolicyProvider(policies: ResourcePolicies): ResourceProvider {
  return {
    type: 'AWS::Logs::ResourcePolicy',
    properties: ['PolicyName', 'PolicyDocument'],
    create: async (resource) => {
      const name = String(resource.properties.PolicyName ?? physicalName(resource));
      const text = resource.properties.PolicyDocument;
      const document = (typeof text === 'string' ? JSON.parse(text) : text) as PolicyDocument;
      policies.put(resource.stack.region, name, document);
      return { ref: name, attributes: {} };
    },
  };
}
