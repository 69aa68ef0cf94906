// How every AWS client of ours behaves when AWS is slow or away.

/** Fails well within a function's time: three tries of at most 5 s, connections kept open between invocations. */
export const awsClientOptions = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 },
};
