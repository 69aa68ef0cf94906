// The commands about certificates.
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import {
  checkCertificates,
  listCertificates,
  renderCertificateHistory,
  renderCertificates,
  showCertificate,
} from '../commands/certificates.ts';
import { planRenewal, renderRenewalPlan, renewCertificate } from '../commands/renew-certificate.ts';
import { reportCertificates, writeReport } from '../commands/report-certificates.ts';
import { CommandFailure } from '../output.ts';
import { renderStatus } from '../render-status.ts';
import { readTime, withSession } from '../session.ts';

/** Adds `certificates list|show|check|report|renew`. */
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
    .option('--now', 'as without it: a check by hand never waits for the schedule')
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
  certificates
    .command('report')
    .description(
      'the compliance report: every certificate with its owner, issuer, key and chain, and a timeline as a picture',
    )
    .option('--out <file>', 'where to: a page, or JSON when the name ends in .json', 'certificates.html')
    .action(
      withSession(async ({ output, connect: open, options }, { out }: { out: string }) => {
        const now = await readTime(options);
        const report = await reportCertificates(await open(), { application: options.application, now });
        writeReport(report, out);
        output.show(report, ({ certificates: all }) => `${all.length} certificates in ${out}`);
      }),
    );
  certificates
    .command('renew')
    .argument('<name>', 'as the configuration names it')
    .description('have it issued anew, restart what does not load it by itself, and wait until every address serves it')
    .option('--reason <text>', 'why, for those who read the ledger later', 'asked for on the command line')
    .option('--actor <login>', 'who you are', userInfo().username)
    .option('--insist', 'ask the issuer even where it said when it will listen again', false)
    .option('--plan', 'show what would be done and change nothing', false)
    .option('--no-wait', 'do not wait for the end')
    .action(
      withSession(
        async (
          { output, connect: open, options },
          chosen: { reason: string; actor: string; insist: boolean; plan: boolean; wait: boolean },
          name: string,
        ) => {
          const connection = await open();
          const now = await readTime(options);
          const request = { ...chosen, name, now, application: options.application };
          if (chosen.plan) {
            output.show(await planRenewal(connection, request), renderRenewalPlan);
            return;
          }
          if (chosen.wait) output.progress(`renewing ${name} …`);
          const started = await renewCertificate(connection, request);
          output.show(
            started,
            ({ executionArn, status, outcome, reason }) =>
              `${renderStatus(outcome ?? status)} ${reason ?? ''}\n${executionArn}`,
          );
          if (started.outcome !== undefined && started.outcome !== 'succeeded')
            throw new CommandFailure('it was not renewed');
        },
      ),
    );
}
