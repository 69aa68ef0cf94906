// Message move tasks: what lies in a dead-letter queue goes on its way again.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
import { randomUUID } from 'node:crypto';
import type { RuntimeContext } from '../../runtime/context.ts';
import type { Table } from '../../storage/store.ts';
import type { MessageQueue } from './message-queue.ts';
import type { Queues } from './queues.ts';
import type { StoredMessage } from './stored-message.ts';

export interface MoveTask {
  readonly id: string;
  readonly sourceArn: string;
  /** Absent: each message goes back to the queue that gave it up. */
  readonly destinationArn?: string;
  readonly messagesPerSecond?: number;
  readonly status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly moved: number;
  readonly toMove: number;
  readonly failureReason?: string;
}

const millisecondsPerBatch = 1_000;

export class MoveTasks {
  readonly #context: RuntimeContext;
  readonly #queues: Queues;
  readonly #tasks: Table<MoveTask>;

  constructor(context: RuntimeContext, queues: Queues) {
    this.#context = context;
    this.#queues = queues;
    this.#tasks = context.store.table('sqs/move-tasks');
  }

  start(source: MessageQueue, settings: Pick<MoveTask, 'destinationArn' | 'messagesPerSecond'>): MoveTask {
    const task: MoveTask = {
      id: randomUUID(),
      sourceArn: source.arn,
      ...settings,
      status: 'RUNNING',
      startedAt: this.#context.clock.now(),
      moved: 0,
      toMove: source.listVisible().length,
    };
    this.#tasks.put(task.id, task);
    this.#run(task.id);
    return task;
  }

  find(id: string): MoveTask | undefined {
    return this.#tasks.get(id);
  }

  /** Newest first. */
  list(sourceArn: string): MoveTask[] {
    return [...this.#tasks.values()].filter((task) => task.sourceArn === sourceArn).reverse();
  }

  cancel(task: MoveTask): void {
    this.#tasks.put(task.id, { ...task, status: 'CANCELLED' });
  }

  /** Goes on with what a stop has interrupted. */
  resume(): void {
    for (const task of [...this.#tasks.values()]) if (task.status === 'RUNNING') this.#run(task.id);
  }

  /** One batch a second where a rate is set, else all at once; each move is one atomic write. */
  #run(id: string): void {
    const task = this.#tasks.get(id);
    const source = task && this.#queues.findByArn(task.sourceArn);
    if (task === undefined || task.status !== 'RUNNING' || source === undefined) return;
    const batch = source.listVisible().slice(0, task.messagesPerSecond);
    let { moved } = task;
    for (const message of batch) {
      const target = this.#queues.findByArn(task.destinationArn ?? message.deadLetterSourceArn ?? '');
      if (target === undefined) {
        this.#end({ ...task, moved, status: 'FAILED', failureReason: 'CouldNotDetermineMessageSource' });
        return;
      }
      this.#move(message, source, target);
      moved++;
    }
    if (source.listVisible().length === 0) {
      this.#end({ ...task, moved, status: 'COMPLETED' });
      return;
    }
    this.#tasks.put(id, { ...task, moved });
    this.#context.clock.at(this.#context.clock.now() + millisecondsPerBatch, () => this.#run(id));
  }

  #move(message: StoredMessage, source: MessageQueue, target: MessageQueue): void {
    const { receipt: _receipt, deadLetterSourceArn: _deadLetterSourceArn, ...rest } = message;
    const now = this.#context.clock.now();
    source.remove(message);
    target.add({ ...rest, sequence: this.#queues.nextSequence(), sentAt: now, visibleAt: now, receiveCount: 0 });
  }

  #end(task: MoveTask): void {
    this.#tasks.put(task.id, task);
    this.#context.trace.record({
      service: 'sqs',
      name: 'messages-moved',
      subject: task.sourceArn,
      details: { moved: task.moved, status: task.status, destination: task.destinationArn },
    });
  }
}
