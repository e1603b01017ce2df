// From a plan, which travels as JSON, to the dialogue that carries it out: for a cell and for the
// simulator page alike.

import type { Dialogue } from './dialogue.ts';
import { type DmaBlockPlan, dmaBlock } from './dma-block.ts';
import { type OverrunPlan, overrun } from './overrun.ts';
import { type ServiceLatencyPlan, serviceLatency } from './service-latency.ts';
import { type TornReadPlan, tornRead } from './torn-read.ts';

export type DialoguePlan =
  | ({ readonly script: 'service-latency' } & ServiceLatencyPlan)
  | ({ readonly script: 'overrun' } & OverrunPlan)
  | ({ readonly script: 'torn-read' } & TornReadPlan)
  | ({ readonly script: 'dma-block' } & DmaBlockPlan);

export function createDialogue(plan: DialoguePlan): Dialogue {
  switch (plan.script) {
    case 'service-latency':
      return serviceLatency(plan);
    case 'overrun':
      return overrun(plan);
    case 'torn-read':
      return tornRead(plan);
    case 'dma-block':
      return dmaBlock(plan);
  }
}
