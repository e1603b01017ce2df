// One signal raised many times while it is blocked: how often it is then delivered, and whether the sender
// was told of those that are not.
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { Inbox } from './inbox.ts';

export function stageRaised({ platform, parameters }: StageContext, signal: number): StageResult {
  const messages = whole(parameters, 'messages');
  const inbox = new Inbox(platform, whole(parameters, 'limit'));
  try {
    let refused = 0;
    for (let i = 0; i < messages; i++) {
      if (platform.linux!.raise(signal) !== 0) refused++;
    }
    let queued = 0;
    while (inbox.take() === signal) queued++;
    const lost = messages - queued - refused;
    return { n: messages, totals: { sent: messages, queued, refused, lost } };
  } finally {
    inbox.close();
  }
}
