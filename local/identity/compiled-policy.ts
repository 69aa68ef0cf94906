// A policy document made ready for evaluation, once per document.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
import type { PolicyDocument, PolicyStatement, Principal } from '../runtime/service.ts';
import { type CompiledCondition, compileConditions } from './condition.ts';
import {
  expandPolicyPattern,
  type FindKeyValues,
  matchesExpandedArn,
  matchesExpandedPattern,
  type PolicyPattern,
  parsePolicyPattern,
} from './policy-pattern.ts';
import { findPrincipalMatch, type PrincipalMatch } from './policy-principal.ts';

/** What one permission check is about. */
export interface AccessAttempt {
  readonly principal: Principal;
  /** Lower case. */
  readonly action: string;
  readonly resource: string;
  readonly findKeyValues: FindKeyValues;
}

export interface CompiledStatement {
  readonly effect: 'Allow' | 'Deny';
  /** Whether actions, resources and conditions fit; the principal is asked separately. */
  applies(attempt: AccessAttempt): boolean;
  /** How the statement names the caller; `role` for a `NotPrincipal` that leaves it out. */
  findPrincipalMatch(principal: Principal): PrincipalMatch | undefined;
}

const compiledDocuments = new WeakMap<PolicyDocument, readonly CompiledStatement[]>();

/** The statements of a document, compiled on first use and kept as long as the document object lives. */
export function compilePolicy(document: PolicyDocument): readonly CompiledStatement[] {
  let compiled = compiledDocuments.get(document);
  if (compiled === undefined) {
    // Documents of the 2008 version take `${…}` literally.
    const variables = document.Version === '2012-10-17';
    compiled = toList(document.Statement).map((statement) => compileStatement(statement, variables));
    compiledDocuments.set(document, compiled);
  }
  return compiled;
}

function toList<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

function compileStatement(statement: PolicyStatement, variables: boolean): CompiledStatement {
  const conditions = compileConditions(statement.Condition, variables);
  const matchesAction = compileActions(statement);
  const matchesResource = compileResources(statement, variables);
  return {
    effect: statement.Effect,
    applies: (attempt) =>
      matchesAction(attempt.action) &&
      matchesResource(attempt.resource, attempt.findKeyValues) &&
      conditions.every((condition: CompiledCondition) => condition.isMet(attempt.findKeyValues)),
    findPrincipalMatch: (principal) => {
      if (statement.NotPrincipal === undefined) return findPrincipalMatch(statement.Principal, principal);
      return findPrincipalMatch(statement.NotPrincipal, principal) === undefined ? 'role' : undefined;
    },
  };
}

function compileActions(statement: PolicyStatement): (action: string) => boolean {
  const patterns = toList(statement.Action ?? statement.NotAction).map(
    (action) => parsePolicyPattern(action.toLowerCase(), { wildcards: true, variables: false }).constant ?? '',
  );
  const wanted = statement.Action !== undefined;
  return (action) => patterns.some((pattern) => matchesExpandedPattern(pattern, action)) === wanted;
}

function compileResources(
  statement: PolicyStatement,
  variables: boolean,
): (resource: string, findKeyValues: FindKeyValues) => boolean {
  // A role's trust policy names no resource: it is about the role it is attached to.
  if (statement.Resource === undefined && statement.NotResource === undefined) return () => true;
  const patterns: PolicyPattern[] = toList(statement.Resource ?? statement.NotResource).map((resource) =>
    parsePolicyPattern(resource, { wildcards: true, variables }),
  );
  const wanted = statement.Resource !== undefined;
  return (resource, findKeyValues) =>
    patterns.some((pattern) => {
      const expanded = expandPolicyPattern(pattern, findKeyValues);
      return expanded !== undefined && matchesExpandedArn(expanded, resource);
    }) === wanted;
}
