// Imports the module that it is told, and prints what the import alone took, in milliseconds.
const [, , url] = process.argv;
const startedAt = performance.now();
await import(url);
process.stdout.write(`${performance.now() - startedAt}\n`);
