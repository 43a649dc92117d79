/**
 * The labels of each task, in the order of the data set's card. The order is fixed and does not depend on the files.
 */
export const humsetLabels: Readonly<Record<string, readonly string[]>> = {
  sectors: [
    ...[
      'Agriculture',
      'Cross',
      'Education',
      'Food Security',
      'Health',
      'Livelihoods',
      'Logistics',
      'Nutrition',
    ],
    ...['Protection', 'Shelter', 'WASH'],
  ],
  pillars_1d: [
    ...['Casualties', 'Context', 'Covid-19', 'Displacement', 'Humanitarian Access'],
    ...['Information And Communication', 'Shock/Event'],
  ],
  pillars_2d: [
    ...['At Risk', 'Capacities & Response', 'Humanitarian Conditions', 'Impact'],
    ...['Priority Interventions', 'Priority Needs'],
  ],
  subpillars_1d: [
    ...below('Casualties', 'Dead', 'Injured', 'Missing'),
    ...below('Context', 'Demography', 'Economy', 'Environment', 'Legal & Policy', 'Politics'),
    ...below('Context', 'Security & Stability', 'Socio Cultural'),
    ...below('Covid-19', 'Cases', 'Contact Tracing', 'Deaths', 'Hospitalization & Care'),
    ...below('Covid-19', 'Restriction Measures', 'Testing', 'Vaccination'),
    ...below('Displacement', 'Intentions', 'Local Integration', 'Pull Factors', 'Push Factors'),
    ...below('Displacement', 'Type/Numbers/Movements'),
    ...below(
      'Humanitarian Access',
      'Number Of People Facing Humanitarian Access Constraints/Humanitarian Access Gaps',
      ...['Physical Constraints', 'Population To Relief', 'Relief To Population'],
    ),
    ...below(
      'Information And Communication',
      ...['Communication Means And Preferences', 'Information Challenges And Barriers'],
      ...['Knowledge And Info Gaps (Hum)', 'Knowledge And Info Gaps (Pop)'],
    ),
    ...below('Shock/Event', 'Hazard & Threats', 'Type And Characteriztics', 'Underlying/Aggravating Factors'),
  ],
  subpillars_2d: [
    ...below('At Risk', 'Number Of People At Risk', 'Risk And Vulnerabilities'),
    ...below('Capacities & Response', 'International Response', 'Local Response', 'National Response'),
    ...below('Capacities & Response', 'Number Of People Reached/Response Gaps'),
    ...below('Humanitarian Conditions', 'Coping Mechanisms', 'Living Standards'),
    ...below('Humanitarian Conditions', 'Number Of People In Need', 'Physical And Mental Well Being'),
    ...below('Impact', 'Driver/Aggravating Factors', 'Impact On People'),
    ...below('Impact', 'Impact On Systems, Services And Networks', 'Number Of People Affected'),
    ...below('Priority Interventions', 'Expressed By Humanitarian Staff', 'Expressed By Population'),
    ...below('Priority Needs', 'Expressed By Humanitarian Staff', 'Expressed By Population'),
  ],
};

function below(pillar: string, ...names: string[]): string[] {
  return names.map((name) => `${pillar}->${name}`);
}
