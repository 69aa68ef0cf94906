// Resource types that change nothing on one machine: the explicit list, each with the reason. Any other unknown type is refused.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { physicalName, type ResourceProvider } from '../../runtime/resource.ts';

const reasons: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Dashboard': 'nobody looks at it here',
  'AWS::CloudWatch::InsightRule': 'contributor insights are not computed here',
  'AWS::Logs::QueryDefinition': 'a saved query of the console',
  'AWS::ResourceGroups::Group': 'groups resources in the console',
  'AWS::XRay::Group': 'traces are not collected here',
  'AWS::XRay::ResourcePolicy': 'traces are not collected here',
  'AWS::XRay::SamplingRule': 'traces are not collected here',
  'AWS::WAFv2::WebACL': 'the local API is reached from this machine only',
  'AWS::WAFv2::WebACLAssociation': 'the local API is reached from this machine only',
  'AWS::Budgets::Budget': 'nothing costs anything here',
};

/** Each answers its physical name to `Ref` and nothing to `Fn::GetAtt`. */
export const createWithoutEffectModule: CreateServiceModule = () => ({
  services: [],
  providers: Object.entries(reasons).map(([type, reason]) => buildProvider(type, reason)),
});

function buildProvider(type: string, reason: string): ResourceProvider {
  return {
    type,
    properties: ['*'],
    withoutEffect: { '*': reason },
    create: async (resource) => ({ ref: physicalName(resource), attributes: {} }),
  };
}
