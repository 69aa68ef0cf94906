// What the API server needs of the simulated nodes.

/** What the API server needs of the simulated nodes. */
export interface PodAccess {
  /** The log so far of a pod's container; undefined when there is none yet. */
  findLog(
    namespace: string,
    pod: string,
    container: string | undefined,
    previous: boolean,
  ): Promise<Buffer | undefined>;
  /** Calls back for what is logged from now on; returns the function that stops it. `ended` when the container has ended. */
  followLog(namespace: string, pod: string, onData: (chunk: Buffer) => void, ended: () => void): () => void;
  /** Lets a ready pod behind the service (or the named pod) answer; undefined when none is ready. */
  forward(
    target: { namespace: string; kind: 'Pod' | 'Service'; name: string; port?: string },
    request: ForwardedRequest,
  ): Promise<ForwardedResponse | undefined>;
}

export interface ForwardedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ForwardedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
