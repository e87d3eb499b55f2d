/** Traffic Light Protocol levels, as security labels name them and as the table spells them. */

export type TrafficLight = 'white' | 'green' | 'amber' | 'red';

const LEVELS: Readonly<Record<string, TrafficLight>> = {
  'TLP:CLEAR': 'white',
  'TLP:WHITE': 'white',
  'TLP:GREEN': 'green',
  'TLP:AMBER': 'amber',
  'TLP:AMBER+STRICT': 'amber',
  'TLP:RED': 'red',
};
const STRICTEST_FIRST: readonly TrafficLight[] = ['red', 'amber', 'green', 'white'];

/** The strictest level among the labels; blanks inside a label (`TLP: RED` occurs) do not matter. */
export function trafficLight(labels: readonly string[]): TrafficLight | undefined {
  const levels = labels.map((label) => LEVELS[label.replaceAll(/\s/g, '').toUpperCase()]);
  return STRICTEST_FIRST.find((level) => levels.includes(level));
}
