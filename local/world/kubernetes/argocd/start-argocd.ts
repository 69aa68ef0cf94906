import type { ControllerContext } from '../controllers/controller.ts';
export interface ArgoCdOptions {
  readonly resolveRepository?: (url: string) => string;
}
export interface ArgoCd {
  notifyPush(repositoryUrl: string): void;
  idle(): Promise<void>;
}
export function startArgoCd(_c: ControllerContext, _d: string, _o: ArgoCdOptions): ArgoCd {
  return { notifyPush: () => undefined, idle: async () => undefined };
}
