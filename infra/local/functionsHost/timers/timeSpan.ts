/** .NET TimeSpan texts, as host.json and timer schedules have them: `[d.]hh:mm[:ss[.fffffff]]`. */

const TIME_SPAN = /^(?:(\d{1,5})\.)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?$/;

/** Milliseconds, or undefined when the text is no time span. */
export function parseTimeSpan(text: string): number | undefined {
  const match = TIME_SPAN.exec(text.trim());
  if (!match) return undefined;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const milliseconds = Math.round(Number(`0.${fraction || '0'}`) * 1000);
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + milliseconds;
}
