// Draws the report as one HTML page with its timeline as SVG: no script, no font, no image from elsewhere.
import { escapeHtml } from '../contracts/escape-html.ts';
import type { CertificateReport, ReportedCertificate } from './certificate-report.ts';

const day = 86_400_000;
const left = 190;
const width = 1000;
const row = 26;
const head = 44;
/** The part of the picture that time fills. */
const span = width - left - 90;

export function renderCertificateReport(report: CertificateReport): string {
  const { application, writtenAt, counts, certificates } = report;
  const tiles = (['critical', 'warning', 'valid'] as const).map(
    (state) => `<div class="tile ${state}"><b>${counts[state]}</b>${state}</div>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Certificates of ${escapeHtml(application)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>Certificates of ${escapeHtml(application)}</h1>
<p>As they were served at their last check. Written ${renderTime(writtenAt)}.</p>
<div class="tiles">${tiles.join('')}</div>
</header>
<section><h2>When they expire</h2>${drawTimeline(report)}</section>
<section><h2>All of them</h2>
<div class="scroll"><table>
<thead><tr><th>Certificate<th>Owner<th>Issuer<th class="number">Days left<th>Expires<th>Key<th>Chain<th>State</tr></thead>
<tbody>${certificates.map(renderRow).join('\n')}</tbody>
</table></div></section>
<section><h2>What changed</h2>${certificates.map(renderHistory).join('\n')}</section>
<footer>The JSON form has the addresses, fingerprints and every word: <code>automation certificates report --out certificates.json</code></footer>
</body>
</html>
`;
}

function renderRow(certificate: ReportedCertificate): string {
  const { name, host, port, environment, owner, issuer, issuedBy, daysLeft, notAfter, key, chain, state, problems } =
    certificate;
  const words = problems.map(({ kind, words }) => `<li><b>${escapeHtml(kind)}</b> ${escapeHtml(words)}</li>`).join('');
  return `<tr>
<td><b>${escapeHtml(name)}</b><small>${escapeHtml(host)}${port === 443 ? '' : `:${port}`} · ${escapeHtml(environment)}</small>
<td>${escapeHtml(owner)}
<td>${escapeHtml(issuer)}<small>${escapeHtml(issuedBy ?? '')}</small>
<td class="number ${state}">${daysLeft ?? '–'}
<td>${notAfter === undefined ? '–' : renderTime(notAfter).slice(0, 10)}
<td>${escapeHtml(key ?? '–')}
<td>${escapeHtml(chain)}
<td><span class="badge ${state}">${state}</span>${words === '' ? '' : `<ul>${words}</ul>`}
</tr>`;
}

function renderHistory({ name, history, since, state }: ReportedCertificate): string {
  const entries = history.length === 0 ? [{ at: since, state, problems: [] as readonly string[] }] : history;
  const items = entries.map(
    (entry) =>
      `<li><time>${renderTime(entry.at)}</time><span class="badge ${entry.state}">${escapeHtml(entry.state)}</span>${escapeHtml(entry.problems.join(', '))}</li>`,
  );
  return `<details${history.length > 1 ? ' open' : ''}><summary>${escapeHtml(name)}</summary><ol>${items.join('')}</ol></details>`;
}

/** A bar for each certificate from its beginning to its end, the days of warning shaded behind, and today as a line. */
function drawTimeline({ certificates, writtenAt }: CertificateReport): string {
  const drawn = certificates.filter(({ notAfter }) => notAfter !== undefined);
  if (drawn.length === 0) return '<p>No certificate was seen yet.</p>';
  const now = Date.parse(writtenAt);
  const ends = drawn.map(({ notAfter }) => Date.parse(String(notAfter))).toSorted((a, b) => a - b);
  // A year at most: an authority of ten years would press all others together.
  const to = Math.min(Math.max(...ends, now + 95 * day), now + 370 * day);
  const from = now - Math.max(35 * day, (to - now) * 0.35);
  const x = (time: number): number => left + (Math.min(Math.max(time, from), to) - from) * (span / (to - from));
  const height = head + drawn.length * row + 12;
  const bottom = height - 8;
  const months = listMonths(from, to).map(
    (month) =>
      `<line class="grid" x1="${round(x(month))}" x2="${round(x(month))}" y1="${head - 8}" y2="${bottom}"/><text class="axis" x="${round(x(month) + 4)}" y="${head - 14}">${new Date(month).toISOString().slice(0, 7)}</text>`,
  );
  const bars = drawn.map(({ name, notBefore, notAfter, state, daysLeft }, index) => {
    const y = head + index * row;
    const begin = x(Date.parse(String(notBefore)));
    const end = x(Date.parse(String(notAfter)));
    const tooltip = `${name}: ${String(notBefore).slice(0, 10)} to ${String(notAfter).slice(0, 10)}`;
    return `<g><title>${escapeHtml(tooltip)}</title><text class="name" x="${left - 12}" y="${y + 14}">${escapeHtml(name.slice(0, 26))}</text><rect class="bar ${state}" x="${round(begin)}" y="${y + 2}" width="${round(Math.max(3, end - begin))}" height="${row - 10}" rx="4"/><text class="days" x="${round(end + 8)}" y="${y + 14}">${daysLeft} d</text></g>`;
  });
  const zone = (daysAhead: number, kind: string): string =>
    `<rect class="zone ${kind}" x="${round(x(now))}" y="${head - 8}" width="${round(x(now + daysAhead * day) - x(now))}" height="${bottom - head + 8}"/>`;
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Lifetimes of the certificates, with today">
${zone(30, 'warning')}${zone(7, 'critical')}
${months.join('')}
${bars.join('\n')}
<line class="now" x1="${round(x(now))}" x2="${round(x(now))}" y1="${head - 20}" y2="${bottom}"/><text class="today" x="${round(x(now))}" y="${head - 26}">${writtenAt.slice(0, 10)}</text>
</svg>
<p class="legend"><i class="zone critical"></i> within 7 days <i class="zone warning"></i> within 30 days</p>`;
}

function listMonths(from: number, to: number): number[] {
  const first = new Date(from);
  const months: number[] = [];
  for (let month = 1; ; month += 1) {
    const at = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + month, 1);
    if (at > to) return months;
    months.push(at);
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function renderTime(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
}

const style = `
:root{color-scheme:light dark;--ink:#1b2430;--soft:#5d6b7c;--line:#dfe5ec;--page:#f6f8fa;--card:#fff;--valid:#2f8f5b;--warning:#c98a04;--critical:#c93a3a}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf1;--soft:#9aa8b8;--line:#2f3945;--page:#12171d;--card:#1a2129;--valid:#4cb37c;--warning:#e0ab38;--critical:#ee6a6a}}
*{box-sizing:border-box}body{margin:0 auto;max-width:1160px;padding:32px 24px;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page)}
h1{font-size:26px;margin:0}h2{font-size:17px;margin:0 0 12px}header p,footer,small,.axis,.legend{color:var(--soft)}header p{margin:4px 0 20px}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:20px;margin:20px 0}.scroll{overflow-x:auto}
.tiles{display:flex;gap:12px}.tile{flex:1;background:var(--card);border:1px solid var(--line);border-top:4px solid;border-radius:10px;padding:12px 16px;color:var(--soft)}
.tile b{display:block;font-size:28px;line-height:1.1;color:var(--ink)}.tile.valid{border-top-color:var(--valid)}.tile.warning{border-top-color:var(--warning)}.tile.critical{border-top-color:var(--critical)}
table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:600;color:var(--soft);font-size:13px}th,td{padding:9px 10px 9px 0;border-bottom:1px solid var(--line);vertical-align:top}
td small{display:block}td:nth-child(5),td:nth-child(6){white-space:nowrap}.number{text-align:right;padding-right:22px;font-variant-numeric:tabular-nums}td.number{font-weight:600}td.number.warning{color:var(--warning)}td.number.critical{color:var(--critical)}
td ul{margin:6px 0 0;padding-left:16px;font-size:13px;max-width:320px;overflow-wrap:anywhere}
.badge{display:inline-block;padding:1px 9px;border-radius:9px;font-size:12px;font-weight:600;color:#fff}.badge.valid{background:var(--valid)}.badge.warning{background:var(--warning)}.badge.critical{background:var(--critical)}
svg{width:100%;height:auto;display:block;font:12px system-ui,sans-serif}svg text{fill:var(--ink)}.name{text-anchor:end}svg .axis,svg .days{fill:var(--soft)}.grid{stroke:var(--line)}
.bar.valid{fill:var(--valid)}.bar.warning{fill:var(--warning)}.bar.critical{fill:var(--critical)}.now{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:4 3}.today{text-anchor:middle;font-weight:600}
svg .zone.warning{fill:var(--warning);opacity:.13}svg .zone.critical{fill:var(--critical);opacity:.22}.legend{margin:8px 0 0;font-size:13px}.legend i{display:inline-block;width:14px;height:14px;border-radius:3px;vertical-align:-2px;margin:0 4px 0 14px;opacity:.5}
.legend .warning{background:var(--warning)}.legend .critical{background:var(--critical)}
details{border-bottom:1px solid var(--line);padding:6px 0}summary{cursor:pointer;font-weight:600}ol{list-style:none;margin:6px 0;padding:0 0 0 16px}ol li{display:flex;gap:12px;align-items:baseline;padding:2px 0}time{color:var(--soft);font-variant-numeric:tabular-nums}footer{font-size:13px}
`.trim();
