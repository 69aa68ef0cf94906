// Blue/green: the idle colour gets the new version and is tried on its own; then the live address moves to it in one step.
import { AppError } from '../../app-error.ts';
import { editKustomization, readDigests } from '../edit-kustomization.ts';
import { readPatch, readReplicas, setPatch, setReplicas } from '../edit-overlay.ts';
import { decideWorkload } from './decide-workload.ts';
import { joinVerdicts, type ServiceImage, type Strategy } from './strategy.ts';

export const colours = ['blue', 'green'] as const;
export type Colour = (typeof colours)[number];

/** What an overlay says of a service's colours. */
export interface ColourState {
  readonly active: Colour;
  readonly idle: Colour;
  readonly digests: Readonly<Record<Colour, string | undefined>>;
  readonly replicas: Readonly<Record<Colour, number>>;
}

const selectorPath = '/spec/selector/colour';

/** Deployment, preview Service and image entry of a colour are all called so. */
export function nameOfColour(deployment: string, colour: Colour): string {
  return `${deployment}-${colour}`;
}

/** @throws AppError `PreconditionFailedError` when the overlay has no colours for it. */
export function readColours(overlay: string, deployment: string): ColourState {
  const operations = readPatch(overlay, liveService(deployment));
  const value = operations?.find(({ path }) => path === selectorPath)?.value;
  const active = colours.find((colour) => colour === value);
  if (active === undefined) {
    throw new AppError(
      'InvalidInputError',
      `the overlay does not say which colour of ${deployment} is live: copy gitops/overlays/staging and its patches`,
    );
  }
  const digests = readDigests(overlay);
  return {
    active,
    idle: active === 'blue' ? 'green' : 'blue',
    digests: { blue: digests[nameOfColour(deployment, 'blue')], green: digests[nameOfColour(deployment, 'green')] },
    replicas: {
      blue: readReplicas(overlay, nameOfColour(deployment, 'blue')),
      green: readReplicas(overlay, nameOfColour(deployment, 'green')),
    },
  };
}

/** The overlay with a colour at that number of pods. */
export function scaleColour(overlay: string, deployment: string, colour: Colour, replicas: number): string {
  return setReplicas(overlay, nameOfColour(deployment, colour), replicas);
}

/** `replicas`: how many pods a colour gets before it can go live. */
export function createBlueGreenStrategy(replicas: number): Strategy {
  return {
    name: 'blue-green',
    phases: ['fill-idle-colour', 'switch-traffic'],
    needsHealthyApplication: true,
    write: (phase, overlay, images) =>
      images.reduce((text, image) => {
        const colour = colourOf(text, image);
        if (phase === 'switch-traffic') return switchTo(text, image.deployment, colour);
        const name = nameOfColour(image.deployment, colour);
        const filled = editKustomization(text, [{ image: name, digest: image.digest, tag: image.tag }]);
        return setReplicas(filled, name, Math.max(replicas, readReplicas(filled, name)));
      }, overlay),
    locate: (phase, overlay, images) =>
      images.map((image) => {
        const name = nameOfColour(image.deployment, colourOf(overlay, image));
        const address = phase === 'switch-traffic' ? image.deployment : name;
        return { service: image.service, deployment: name, address };
      }),
    decide: (workloads, digests) =>
      joinVerdicts(workloads.map((workload) => decideWorkload(workload, digests[workload.service]))),
  };
}

/** The colour that has the digest already, else the idle one: so a step that is repeated means the same colour again. */
function colourOf(overlay: string, { deployment, digest }: ServiceImage): Colour {
  const { active, idle, digests } = readColours(overlay, deployment);
  return digests[idle] !== digest && digests[active] === digest ? active : idle;
}

function switchTo(overlay: string, deployment: string, colour: Colour): string {
  return setPatch(overlay, liveService(deployment), [{ op: 'add', path: selectorPath, value: colour }]);
}

function liveService(deployment: string) {
  return { kind: 'Service', name: deployment, path: selectorPath };
}
