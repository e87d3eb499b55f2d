/** Makes docs/settings.md: every setting of shared/settings.ts, for people. */
import { SETTINGS, type Setting } from '../../shared/settings';
import { cell, table } from './markdown';

const SECTIONS: Readonly<Record<Setting['section'], string>> = {
  storage: 'Storage and identity',
  flows: 'Flow logs',
  ingestion: 'Writing to Log Analytics',
  query: 'Querying Log Analytics',
  incidents: 'Incidents',
  threatConnect: 'ThreatConnect',
  schedules: 'Schedules',
  detection: 'Detection',
  local: 'Local stack only',
};

function row(name: string, setting: Setting): string[] {
  const notes = [
    setting.required ? 'required' : undefined,
    setting.secret ? 'secret: never printed, in Azure a Key Vault reference' : undefined,
    setting.localOnly ? 'local only: a deployment never sets it' : undefined,
  ].filter((note) => note !== undefined);
  const fallback = setting.default === undefined ? '' : `\`${cell(setting.default).replaceAll(',', ', ')}\``;
  return [`\`${name}\``, cell(setting.about), cell(setting.form), fallback, notes.join('; ')];
}

/** The page as Markdown. */
export function settingsPage(settings: Readonly<Record<string, Setting>> = SETTINGS): string {
  const parts = Object.entries(SECTIONS).flatMap(([section, title]) => {
    const rows = Object.entries(settings).filter(([, setting]) => setting.section === section);
    if (rows.length === 0) return [];
    return [
      `## ${title}`,
      '',
      ...table(
        ['setting', 'what for', 'form', 'default', 'notes'],
        rows.map(([name, setting]) => row(name, setting)),
      ),
      '',
    ];
  });
  return [
    '# Settings',
    '',
    'Made from `shared/settings.ts` by `npm run generate`; change it there.',
    '',
    'Settings are read from the environment (in Azure: the application settings of the function app). All of them are',
    'checked at once: a wrong or missing one stops only the jobs that need it, and `GET /api/health` lists every problem',
    'by setting name with the expected form.',
    '',
    ...parts,
  ].join('\n');
}
