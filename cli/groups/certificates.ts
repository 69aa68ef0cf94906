// The commands about certificates.
import type { Command } from 'commander';
import {
  checkCertificates,
  listCertificates,
  renderCertificateHistory,
  renderCertificates,
  showCertificate,
} from '../commands/certificates.ts';
import { CommandFailure } from '../output.ts';
import { withSession } from '../session.ts';

/** Adds `certificates list|show|check`. */
export function addCertificateCommands(program: Command): void {
  const certificates = program
    .command('certificates')
    .description('what is served, how long it lasts, and what is wrong');
  certificates
    .command('list', { isDefault: true })
    .description('all of them as they were found at the last check, those that expire first at the top')
    .action(
      withSession(async ({ output, connect: open }) => {
        output.show(await listCertificates(await open()), renderCertificates);
      }),
    );
  certificates
    .command('show')
    .argument('<name>', 'as the configuration names it')
    .description('one of them, with what is wrong and how it was found before')
    .action(
      withSession(async ({ output, connect: open }, _: object, name: string) => {
        output.show(await showCertificate(await open(), name), renderCertificateHistory);
      }),
    );
  certificates
    .command('check')
    .argument('[name]', 'this one only')
    .description(
      'check now instead of at the next scheduled time, and wait for the verdicts; exit code 1 when one is critical',
    )
    .action(
      withSession(async ({ output, connect: open }, _: object, name: string) => {
        output.progress('checking …');
        const check = await checkCertificates(await open(), name === '' ? [] : [name]);
        output.show(check, (done) => renderCertificates(done.certificates));
        if (check.certificates.some(({ verdict }) => verdict.state === 'critical'))
          throw new CommandFailure('not every certificate is in order');
      }),
    );
}
