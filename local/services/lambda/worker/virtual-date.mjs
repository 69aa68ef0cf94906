// Lets the code of a function see virtual time: `Date` runs ahead of the machine's clock by an offset.
const RealDate = globalThis.Date;
const realNow = RealDate.now.bind(RealDate);
let offset = 0;

RealDate.now = () => realNow() + offset;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, parameters, newTarget) =>
    Reflect.construct(target, parameters.length === 0 ? [target.now()] : parameters, newTarget),
  apply: (target) => new target(target.now()).toString(),
});
Object.defineProperty(RealDate.prototype, 'constructor', {
  value: globalThis.Date,
  writable: true,
  configurable: true,
});

/** Sets how far virtual time is ahead of the machine's, in milliseconds. */
export function setClockOffset(milliseconds) {
  offset = milliseconds;
}
