/** What one measurement says, by the name of the metric. */
export type Metrics = Readonly<Record<string, number>>;
