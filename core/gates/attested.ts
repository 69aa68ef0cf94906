// Gates that somebody else answers for each digest: signatures, security evidence, migrations.

import { cannotTell, closed, type Gate, notAsked, open } from './gate.ts';
import type { Attestation, Fact, GateFacts } from './gate-facts.ts';

function ask(
  select: (facts: GateFacts) => Readonly<Record<string, Fact<Attestation>>> | undefined,
  words: { readonly unasked: string; readonly accepted: string; readonly subject: string },
): Gate {
  return (facts) => {
    const attestations = select(facts);
    if (attestations === undefined) return notAsked(words.unasked);
    const problems: string[] = [];
    const unknown: string[] = [];
    for (const { name } of facts.services) {
      const fact = attestations[name] ?? { unknown: 'nothing is known' };
      if ('unknown' in fact) unknown.push(`${name}: ${fact.unknown}`);
      else if (!fact.known.isAccepted) problems.push(`${name}: ${fact.known.words}`);
    }
    if (problems.length > 0) return closed(problems.join('; '));
    if (unknown.length > 0) return cannotTell(`${words.subject}: ${unknown.join('; ')}`);
    return open(words.accepted);
  };
}

export const imageSigned = ask(({ signatures }) => signatures, {
  unasked: 'no key is configured (registry.signing)',
  accepted: 'every image is signed by the configured key',
  subject: 'whether the images are signed',
});

export const securityEvidence = ask((facts) => facts.securityEvidence, {
  unasked: 'nothing provides security evidence yet',
  accepted: 'the security evidence of every image is accepted',
  subject: 'what the security evidence says',
});

export const migrationCompatible = ask(({ migrations }) => migrations, {
  unasked: 'no labels are configured (registry.schemaLabels)',
  accepted: 'every migration is compatible with what runs',
  subject: 'whether the migrations are compatible',
});
