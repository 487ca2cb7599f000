/** Severity settings: what a person wants a finding to weigh in the editor. Deploying goes by the findings' own. */
import type { Finding, Severity } from '../finding.ts';

/** By code, or by `family.*`; the more exact one counts. */
export type SeveritySettings = Readonly<Record<string, Severity | 'off'>>;

/** Findings as the settings want them; those that are off are left out. */
export function withSeverities(findings: readonly Finding[], settings: SeveritySettings): readonly Finding[] {
  if (Object.keys(settings).length === 0) return findings;
  return findings.flatMap((finding) => {
    const family = `${finding.code.slice(0, finding.code.indexOf('.'))}.*`;
    const wanted = own(settings, finding.code) ?? own(settings, family);
    if (wanted === 'off') return [];
    return wanted === undefined || wanted === finding.severity ? [finding] : [{ ...finding, severity: wanted }];
  });
}

const own = (settings: SeveritySettings, key: string) => (Object.hasOwn(settings, key) ? settings[key] : undefined);
