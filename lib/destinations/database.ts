export { databaseDestination, type DatabaseDestinationOptions } from './databaseDestination.js';
export type { DatabaseClient } from './databaseClient.js';
