// What every workflow may name: the functions of its region, the ledger and the bus.
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { AutomationBus } from './automation-bus.ts';
import { pascalCase } from './automation-functions.ts';
import { dynamoActions, grantInvoke, type WorkflowCollaborator } from './workflow.ts';

export interface RegionParts<Name extends string> {
  readonly names: readonly Name[];
  readonly functions: { get(name: Name): IFunction };
  readonly ledger: { readonly tableName: string; grant(grantee: IGrantable, actions: string[]): void };
  readonly bus: AutomationBus;
}

/** By the name that stands in the definitions. */
export function buildCollaborators<Name extends string>({
  names,
  functions,
  ledger,
  bus,
}: RegionParts<Name>): Record<string, WorkflowCollaborator> {
  const lambdas = names.map((name): [string, WorkflowCollaborator] => {
    const target = functions.get(name);
    return [
      `${pascalCase(name)}FunctionArn`,
      { value: target.functionArn, grant: (machine) => grantInvoke(machine, target) },
    ];
  });
  return {
    ...Object.fromEntries(lambdas),
    LedgerTableName: {
      value: ledger.tableName,
      grant: (machine, integrations) => ledger.grant(machine, dynamoActions(integrations)),
    },
    EventBusName: { value: bus.bus.eventBusName, grant: (machine) => bus.bus.grantPutEventsTo(machine) },
  };
}
