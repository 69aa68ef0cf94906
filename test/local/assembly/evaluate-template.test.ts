// Intrinsic functions by their documented behaviour.
import { describe, expect, it } from '@jest/globals';
import {
  evaluate,
  evaluateCondition,
  NO_VALUE,
  type TemplateScope,
} from '../../../local/assembly/evaluate-template.ts';
import { createStackScope } from '../../../local/assembly/stack-scope.ts';
import type { Template } from '../../../local/assembly/template.ts';

const TEMPLATE: Template = {
  Mappings: { Regions: { 'eu-west-1': { ami: 'ami-1', zones: ['a', 'b'] } } },
  Conditions: {
    IsProduction: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
    IsQuiet: { 'Fn::Not': [{ Condition: 'IsProduction' }] },
    Both: { 'Fn::And': [{ Condition: 'IsProduction' }, { 'Fn::Equals': ['a', 'a'] }] },
    Either: { 'Fn::Or': [{ Condition: 'IsQuiet' }, { 'Fn::Equals': ['a', 'a'] }] },
  },
};

function scopeOf(stage = 'prod'): TemplateScope {
  const stack = {
    artifactId: 'App',
    name: 'app',
    region: 'eu-west-1',
    accountId: '123456789012',
    assemblyDirectory: '/nowhere',
    template: TEMPLATE,
    parameters: {},
    dependencies: [],
  };
  const created = new Map([
    [
      'Table',
      { ref: 'app-Table', attributes: { Arn: 'arn:table', Endpoint: { Address: 'host' }, 'Stream.Arn': 'arn:stream' } },
    ],
  ]);
  return createStackScope(stack, new Map([['Stage', stage]]), created, (name) => {
    if (name !== 'shared') throw new Error(`no stack exports "${name}"`);
    return 'exported';
  });
}

describe('intrinsic functions', () => {
  it.each([
    ['Ref of a parameter', { Ref: 'Stage' }, 'prod'],
    ['Ref of a resource', { Ref: 'Table' }, 'app-Table'],
    ['the region', { Ref: 'AWS::Region' }, 'eu-west-1'],
    ['the account', { Ref: 'AWS::AccountId' }, '123456789012'],
    ['the partition', { Ref: 'AWS::Partition' }, 'aws'],
    ['the URL suffix', { Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    ['the stack name', { Ref: 'AWS::StackName' }, 'app'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:table'],
    ['GetAtt as text', { 'Fn::GetAtt': 'Table.Arn' }, 'arn:table'],
    ['GetAtt of a nested attribute', { 'Fn::GetAtt': ['Table', 'Endpoint.Address'] }, 'host'],
    ['GetAtt of an attribute with a dot', { 'Fn::GetAtt': ['Table', 'Stream.Arn'] }, 'arn:stream'],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Stage' }, 1]] }, 'a-prod-1'],
    ['Split', { 'Fn::Split': ['|', 'a|b|c'] }, ['a', 'b', 'c']],
    ['Select', { 'Fn::Select': ['1', { 'Fn::Split': ['|', 'a|b|c'] }] }, 'b'],
    ['FindInMap', { 'Fn::FindInMap': ['Regions', { Ref: 'AWS::Region' }, 'ami'] }, 'ami-1'],
    ['FindInMap of a list', { 'Fn::FindInMap': ['Regions', 'eu-west-1', 'zones'] }, ['a', 'b']],
    ['FindInMap with a default', { 'Fn::FindInMap': ['Regions', 'mars', 'ami', { DefaultValue: 'none' }] }, 'none'],
    ['ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': 'shared' } }, 'exported'],
    ['Base64', { 'Fn::Base64': 'ü' }, 'w7w='],
    [
      'Sub',
      { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${Stage}-${Table.Arn}-${!Literal}' },
      'arn:aws:s3:::prod-arn:table-${Literal}',
    ],
    ['Sub with variables', { 'Fn::Sub': ['${A}-${Stage}', { A: { Ref: 'Table' } }] }, 'app-Table-prod'],
    ['If', { 'Fn::If': ['IsProduction', 'yes', { Ref: 'Nothing' }] }, 'yes'],
    ['GetAZs', { 'Fn::GetAZs': '' }, ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
    [
      'a policy condition, which is no function',
      { Condition: { StringEquals: { a: 'b' } } },
      { Condition: { StringEquals: { a: 'b' } } },
    ],
    ['plain values', { a: [1, true, null, 'x'] }, { a: [1, true, null, 'x'] }],
  ])('evaluates %s', (_what, value, expected) => {
    expect(evaluate(value, scopeOf())).toEqual(expected);
  });

  it.each([
    ['prod', { IsProduction: true, IsQuiet: false, Both: true, Either: true }],
    ['dev', { IsProduction: false, IsQuiet: true, Both: false, Either: true }],
  ])('decides conditions in %s', (stage, expected) => {
    for (const [name, value] of Object.entries(expected)) expect(evaluateCondition(name, scopeOf(stage))).toBe(value);
  });

  it('leaves out what has no value', () => {
    const value = { a: { Ref: 'AWS::NoValue' }, b: [1, { 'Fn::If': ['IsQuiet', 2, { Ref: 'AWS::NoValue' }] }] };
    expect(evaluate(value, scopeOf())).toEqual({ b: [1] });
    expect(evaluate({ Ref: 'AWS::NoValue' }, scopeOf())).toBe(NO_VALUE);
  });

  it.each([
    ['a name that does not exist', { Ref: 'Nothing' }, /nothing in the template is called "Nothing"/],
    [
      'an attribute that does not exist',
      { 'Fn::GetAtt': ['Table', 'Color'] },
      /"Table" has no attribute "Color" here: there are Arn, Endpoint/,
    ],
    ['an export that does not exist', { 'Fn::ImportValue': 'other' }, /exports "other"/],
    ['an item that does not exist', { 'Fn::Select': [3, ['a']] }, /item 3 of 1/],
    ['a mapping that does not exist', { 'Fn::FindInMap': ['Regions', 'mars', 'ami'] }, /Regions\.mars\.ami/],
    [
      'a function that is not supported',
      { 'Fn::Cidr': ['10.0.0.0/16', 2, 8] },
      /Fn::Cidr is not supported: use Ref, Fn::GetAtt/,
    ],
  ])('refuses %s and says which', (_what, value, message) => {
    expect(() => evaluate(value, scopeOf())).toThrow(message);
  });
});
