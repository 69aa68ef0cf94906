// Stands in for `node:http` inside the bundle: importing that as an ES module reads all its exports, of which `WebSocket` loads the
// whole of undici, 20 ms of CPU. `require` does not.
module.exports = process.getBuiltinModule('node:http');
