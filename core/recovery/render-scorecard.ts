// A scorecard as a page: one file, no script, readable where nothing else works any more.
import { escapeHtml } from '../../contracts/escape-html.ts';
import type { Score, Scorecard } from '../../contracts/ledger/recovery-drills.ts';

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.6rem;margin:0}table{border-collapse:collapse;width:100%;margin:1.5rem 0}th,td{text-align:left;padding:.5rem .6rem;border-bottom:1px solid #d0d7de;vertical-align:top}
th{font-weight:600}.passed{color:#116329}.failed{color:#a40e26}.n{font-variant-numeric:tabular-nums;white-space:nowrap}footer{color:#57606a;font-size:.9rem}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}th,td{border-color:#30363d}.passed{color:#3fb950}.failed{color:#ff7b72}footer{color:#9198a1}}`;

/** Every text is escaped. */
export function renderScorecard(card: Scorecard): string {
  const { application, region, environments, startedAt, finishedAt, outcome, reason, scores, sweep } = card;
  const title = `Recovery drill of ${application} in ${region}: ${outcome}`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body>
<h1 class="${outcome}">${escapeHtml(title)}</h1>
<p>${escapeHtml(reason)}</p>
<table>
<thead><tr><th>Data</th><th>Result</th><th>Recovery point</th><th>Allowed</th><th>Recovery time</th><th>Allowed</th><th>What was tried</th></tr></thead>
<tbody>
${scores.map(renderRow).join('\n')}
</tbody>
</table>
<h2>Clean-up</h2>
<p class="${sweep.left.length === 0 ? 'passed' : 'failed'}">${sweep.left.length === 0 ? 'Nothing of the drill is left.' : `Left behind: ${escapeHtml(sweep.left.join(', '))}`}</p>
<ul>${sweep.removed.map((each) => `<li>${escapeHtml(each)}</li>`).join('')}</ul>
<footer>${escapeHtml(environments.join(', '))} · ${escapeHtml(startedAt)} to ${escapeHtml(finishedAt)} · ${escapeHtml(card.actor)} · ${escapeHtml(card.executionArn)}</footer>
</body>
</html>
`;
}

function renderRow(score: Score): string {
  const result = score.passed ? 'passed' : 'failed';
  const cells = [
    `<td>${escapeHtml(`${score.dataClass} ${score.subject}`)}<br>${escapeHtml(score.environment)}</td>`,
    `<td class="${result}">${result}</td>`,
    ...[
      score.recoveryPointSeconds,
      score.recoveryPointTargetSeconds,
      score.recoveryTimeSeconds,
      score.recoveryTimeTargetSeconds,
    ].map((seconds) => `<td class="n">${renderSeconds(seconds)}</td>`),
    `<td>${escapeHtml(score.reason)}</td>`,
  ];
  return `<tr>${cells.join('')}</tr>`;
}

/** In the unit that a person would choose. */
export function renderSeconds(seconds: number | undefined): string {
  if (seconds === undefined) return '–';
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1).replace(/\.0$/, '')} h`;
}
