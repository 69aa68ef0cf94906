// How long RDS takes, in milliseconds: orders of magnitude, for AWS promises none.
const second = 1000;
const minute = 60 * second;

/** The first snapshot of a database reads all of it. */
export const creatingSnapshot = (gigabytes: number): number => minute + gigabytes * second;
/** To another region all of it travels. */
export const copyingSnapshot = (gigabytes: number): number => 3 * minute + gigabytes * 3 * second;
export const restoring = (gigabytes: number): number => 5 * minute + gigabytes * second;
/** Of an instance that joins a cluster: the volume is there already. */
export const creatingMember = 4 * minute;
export const modifying = 2 * minute;
export const deleting = 3 * minute;
export const promoting = 5 * minute;
/** How far behind the newest restorable moment is: the log is uploaded every five minutes. */
export const restorableLag = 5 * minute;
/** How far a replica in another region is behind that is well. */
export const replicaLagSeconds = 1;
