// Step Functions names members and errors as AWS's SDK for Java 2 does: `DBSnapshots` is `DbSnapshots` in a state.
// https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html

/** By words, each with one capital. Names in capitals alone, such as the types of DynamoDB's attributes, stay. */
export function javaMemberName(name: string): string {
  if (/^[A-Z]+$/.test(name)) return name;
  const words = name
    .replace(/(?<=[a-z])(?=[A-Z][A-Za-z0-9])/g, ' ')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/([0-9])([A-Za-z])/g, '$1 $2')
    .split(' ');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()).join('');
}

/** `DBSnapshotAlreadyExistsFault` is `DbSnapshotAlreadyExistsException`. */
export function javaExceptionName(code: string): string {
  return `${javaMemberName(code.replace(/(Fault|Exception)$/, ''))}Exception`;
}
