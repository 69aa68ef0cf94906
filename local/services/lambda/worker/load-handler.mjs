// Finds and imports the handler that the function's `Handler` setting names, as Lambda's Node.js runtime does.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const EXTENSIONS = ['', '.js', '.mjs', '.cjs'];

function nameError(name, message, cause) {
  const error = new Error(message, { cause });
  error.name = name;
  if (cause instanceof Error) error.stack = cause.stack;
  return error;
}

async function importModule(path, moduleName) {
  const file = EXTENSIONS.map((extension) => path + extension).find(
    (candidate) => /\.[cm]?js$/.test(candidate) && existsSync(candidate),
  );
  if (!file) throw nameError('Runtime.ImportModuleError', `Error: Cannot find module '${moduleName}'`);
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw nameError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`, error);
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      throw nameError('Runtime.ImportModuleError', `Error: ${error.message}`, error);
    }
    throw error;
  }
}

/** The handler `<path>.<export>[.<member>…]`. Throws the `Runtime.*` errors that Lambda reports. */
export async function loadHandler(taskRoot, handlerName) {
  const slash = handlerName.lastIndexOf('/') + 1;
  const [moduleName, ...members] = handlerName.slice(slash).split('.');
  if (!moduleName || members.length === 0 || handlerName.includes('..')) {
    throw nameError('Runtime.MalformedHandlerName', 'Bad handler');
  }
  const module = await importModule(
    resolve(taskRoot, handlerName.slice(0, slash), moduleName),
    handlerName.slice(0, slash) + moduleName,
  );
  const read = (root) => members.reduce((value, member) => value?.[member], root);
  const handler = read(module) ?? read(module.default);
  if (handler === undefined) {
    throw nameError('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  }
  if (typeof handler !== 'function') throw nameError('Runtime.HandlerNotFound', `${handlerName} is not a function`);
  return handler;
}
