// What is told to people: in plain words, for every channel alike. How it looks is each channel's own affair.
import * as z from 'zod/mini';

/** In rising order. `critical` is what wakes somebody. */
export const severities = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** What a message can be about; each has its builder in core/notifications/messages/. */
export const notificationFamilies = [
  'promotion',
  'rollback',
  'approval',
  'alert',
  'certificate',
  'job',
  'configuration',
  'backup',
  'recovery',
] as const;
export type NotificationFamily = (typeof notificationFamilies)[number];

/** Ways to tell people beside Slack, which is always told. */
export const furtherChannels = ['email', 'pager-duty', 'github'] as const;
export type FurtherChannel = (typeof furtherChannels)[number];

/** How a message looks at first sight. */
export const marks = [
  'running',
  'success',
  'failure',
  'refused',
  'overtaken',
  'undo',
  'question',
  'siren',
  'note',
  'soon',
] as const;
export type Mark = (typeof marks)[number];

const factSchema = z.object({
  label: z.string(),
  value: z.string(),
  /** A name of a machine's: shown as it is, in type of one width. */
  code: z.optional(z.boolean()),
});
export type Fact = z.infer<typeof factSchema>;

/** Pressed in Slack; elsewhere `url` leads on. */
const buttonSchema = z.object({
  actionId: z.string(),
  value: z.string(),
  label: z.string(),
  style: z.optional(z.enum(['primary', 'danger'])),
});
export type NotificationButton = z.infer<typeof buttonSchema>;

/** One state of one subject. All texts are plain: no channel's markup, whatever they came from. */
export const announcementSchema = z.object({
  /** `<family>/<id>`: there is one message about it in each channel. */
  subject: z.string().check(z.minLength(1), z.maxLength(500)),
  family: z.enum(notificationFamilies),
  /** Chooses the channel; absent: the default one. */
  environment: z.optional(z.string()),
  severity: z.enum(severities),
  /** How far the subject's life is: a state of a lower rank never follows one of a higher. Within one rank the later counts. */
  rank: z.int().check(z.minimum(0), z.maximum(99)),
  /** An end of the subject: told in every channel that knows of it, whatever its severity. */
  closes: z.boolean(),
  /** It can come back after its end, as a new message. */
  recurring: z.optional(z.boolean()),
  /** Somebody or something is at work on it: a page that is open is acknowledged. */
  inHand: z.optional(z.boolean()),
  mark: z.enum(marks),
  headline: z.string(),
  reason: z.string(),
  /** What it consists of, line by line, where the headline does not say it all. */
  lines: z.optional(z.array(z.string())),
  facts: z.array(factSchema),
  /** What only who looks closer wants to know: it goes into the message's thread. */
  details: z.array(factSchema),
  url: z.optional(z.string()),
  buttons: z.optional(z.array(buttonSchema)),
  /** Messages of one release form one thread. */
  release: z.optional(z.string()),
  /** What it is about in GitHub. */
  commit: z.optional(z.object({ repository: z.string(), sha: z.string() })),
});
export type Announcement = z.infer<typeof announcementSchema>;
