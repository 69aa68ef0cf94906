// From an event of the bus to what people are told of it.
import * as z from 'zod/mini';
import { metadataSchema } from '../../contracts/events/metadata.ts';
import type { Announcement } from '../../contracts/notifications.ts';
import { AppError } from '../app-error.ts';
import { messageFamilies } from './message-families.ts';
import { orderOf } from './order-of.ts';

export const announcedEventSchema = z.object({
  source: z.string(),
  'detail-type': z.string(),
  detail: z.looseObject({ metadata: metadataSchema }),
});
export type AnnouncedEvent = z.infer<typeof announcedEventSchema>;

/** @throws AppError `InvalidInputError` for an event that no family knows, or that is not as its family agreed. */
export function buildAnnouncement({ source, 'detail-type': type, detail }: AnnouncedEvent): {
  readonly announcement: Announcement;
  readonly order: string;
} {
  const family = messageFamilies.find((candidate) => candidate.source === source && candidate.types.includes(type));
  if (family === undefined)
    throw new AppError('InvalidInputError', `there are no words for ${type} of ${source}: see message-families.ts`);
  const parsed = family.schema.safeParse(detail);
  if (!parsed.success) {
    const paths = parsed.error.issues.map(({ path }) => path.map(String).join('.') || 'detail').join(', ');
    throw new AppError('InvalidInputError', `${type} of ${source} is not as agreed: ${paths}`);
  }
  const announcement = family.build(type, parsed.data);
  return { announcement, order: orderOf(announcement.rank, detail.metadata) };
}
