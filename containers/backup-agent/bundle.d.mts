/** Writes the agent as one file. */
export function bundleAgent(outfile: string): void;
