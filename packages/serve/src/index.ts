export { Batcher, type BatchOptions, QueueFullError, StoppingError, Turns } from './batcher.ts';
export { type ClassifyRequest, RequestError, type RequestLimits } from './request.ts';
export {
  type Answer,
  createService,
  type RequestRecord,
  type Service,
  type ServiceOptions,
} from './service.ts';
