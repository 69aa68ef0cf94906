// The body of a modelled error in the JSON protocols.
import type { AwsError } from '../runtime/service.ts';
import type { JsonCodec } from './json-codec.ts';
import type { StructureShape } from './shape.ts';

/** The message under the name that the error's shape gives it, with the shape's further members. */
export function buildErrorBody(codec: JsonCodec, shape: StructureShape | undefined, error: AwsError): object {
  const details = shape ? (codec.write(shape, error.details) as object) : error.details;
  const isCapital = shape?.members.some((member) => member.name === 'Message');
  return { ...details, [isCapital ? 'Message' : 'message']: error.message };
}
