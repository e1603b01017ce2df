// The Node at work: the pinned one, so that numbers of two machines differ by the machine.
import { EVERYWHERE, type Finding, type Surroundings, type Theme } from './theme.ts';

const OLDEST: readonly [number, number] = [22, 18];

export const theme: Theme = {
  id: 'node',
  title: 'Node',
  platforms: EVERYWHERE,
  examine({ node, pinned }: Surroundings): Finding[] {
    const id = 'node.version';
    const [major = 0, minor = 0] = node.split('.').map(Number);
    if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
      const text = `Node ${node} cannot run the lab, which needs ${OLDEST.join('.')}`;
      return [{ id, level: 'bad', text, fix: 'npm ci' }];
    }
    if (pinned === undefined) {
      const text = `Node ${node}; none is pinned for this platform, so numbers may differ by it`;
      return [{ id, level: 'note', text, fix: 'iolab show last (each record names its Node)' }];
    }
    if (node !== pinned) {
      const text = `Node ${node} is at work, and the lab pins ${pinned}; numbers may differ by it`;
      return [{ id, level: 'note', text, fix: 'npm ci (without --omit=optional)' }];
    }
    return [{ id, level: 'good', text: `Node ${node}, the pinned one` }];
  },
};
