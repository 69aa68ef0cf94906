// How a front says no, or that it could not ask: as the API server itself would.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from '../api/send-json.ts';
import { buildStatus, StatusError } from '../api/status-error.ts';

/** Answers with a `Status`, or breaks the connection when an answer has begun. */
export function sendRefusal(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  const refusal = error instanceof StatusError ? error : new StatusError(500, 'InternalError', message);
  sendJson(request, response, refusal.code, buildStatus(refusal));
  // What a refusal left unread would otherwise block the connection.
  if (!request.readableEnded) request.resume();
}
