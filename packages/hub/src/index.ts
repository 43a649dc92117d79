export { HubError, type HubReason } from './errors.ts';
export { type HubName, isInside, parseHubName, type RepositoryKind } from './hub-name.ts';
export { environment, type NodeModules, nodeModules, systemErrorCode } from './node.ts';
export { type HubOptions, openRepository } from './open-repository.ts';
export type { Repository } from './repository.ts';
export { limited } from './send.ts';
export { StallError } from './stall.ts';
export { type Patience, steadyFetch } from './steady-fetch.ts';
export type { OnDownload } from './transfer.ts';
