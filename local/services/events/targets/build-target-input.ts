// What a target receives: the event, a part of it, a constant, or a template filled from it.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
import type { InputTransformer, Target } from '@aws-sdk/client-eventbridge';
import type { BusEvent } from '../bus-event.ts';
import { findAtPath } from './json-path.ts';

export interface TransformSource {
  readonly event: BusEvent;
  readonly ruleArn: string;
  readonly ruleName: string;
  /** Virtual time, milliseconds since the epoch. */
  readonly ingestedAt: number;
}

function findReserved(name: string, source: TransformSource): unknown {
  switch (name) {
    case 'aws.events.rule-arn':
      return source.ruleArn;
    case 'aws.events.rule-name':
      return source.ruleName;
    case 'aws.events.event.ingestion-time':
      return new Date(source.ingestedAt).toISOString();
    case 'aws.events.event': {
      const { detail: _, ...rest } = source.event;
      return rest;
    }
    case 'aws.events.event.json':
      return source.event;
    default:
      return undefined;
  }
}

/** Within quotes a value is spliced into the text around it; outside it stands as JSON. */
function renderValue(value: unknown, place: 'quoted' | 'json' | 'text'): string {
  if (place === 'json') return value === undefined ? '""' : JSON.stringify(value);
  const text = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return place === 'text' ? text : JSON.stringify(text).slice(1, -1);
}

/** Fills the template in one pass: what a value holds is never read as a placeholder, nor does it end a string. */
function fillTemplate(transformer: InputTransformer, source: TransformSource): string {
  const template = transformer.InputTemplate ?? '';
  const paths = transformer.InputPathsMap ?? {};
  const isJson = /^\s*(["[{]|<[\w.-]+>\s*$)/.test(template);
  let isQuoted = false;
  return template.replace(/\\.|"|<([\w.-]+)>/g, (part, name: string | undefined) => {
    if (name === undefined) {
      if (part === '"') isQuoted = !isQuoted;
      return part;
    }
    const path = Object.hasOwn(paths, name) ? paths[name] : undefined;
    if (path === undefined && !name.startsWith('aws.')) return part;
    const value = path === undefined ? findReserved(name, source) : findAtPath(source.event, path);
    return renderValue(value, isQuoted ? 'quoted' : isJson ? 'json' : 'text');
  });
}

/** JSON text, or plain text where a template makes such. */
export function buildTargetInput(target: Target, source: TransformSource): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(findAtPath(source.event, target.InputPath) ?? null);
  if (target.InputTransformer) return fillTemplate(target.InputTransformer, source);
  return JSON.stringify(source.event);
}
