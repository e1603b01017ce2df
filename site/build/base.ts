// Pages link to each other as /polling/; served under a base path those links need it in front.
// Added to the Markdown processor in place, the way starlight-links-validator adds itself.
import type { AstroIntegration } from 'astro';

interface Node {
  readonly tagName: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface Context {
  setProperty(node: Node, name: string, value: string): void;
}

/** `/polling/#why` under `/lab` becomes `/lab/polling/#why`; other links stay. */
export function withBase(link: string, base: string): string {
  const prefix = base.replace(/\/+$/, '');
  if (prefix === '' || !link.startsWith('/') || link.startsWith('//')) return link;
  return link === prefix || link.startsWith(`${prefix}/`) ? link : prefix + link;
}

function hasPlugins(processor: unknown): processor is { options: { hastPlugins: unknown[] } } {
  if (typeof processor !== 'object' || processor === null || !('options' in processor))
    return false;
  const { options } = processor;
  return (
    typeof options === 'object' &&
    options !== null &&
    'hastPlugins' in options &&
    Array.isArray(options.hastPlugins)
  );
}

export function basePaths(): AstroIntegration {
  return {
    name: 'iolab-base-paths',
    hooks: {
      'astro:config:setup': ({ config }) => {
        const { processor } = config.markdown;
        if (!hasPlugins(processor)) {
          throw new Error('site/build/base.ts knows only the Markdown processor with hastPlugins');
        }
        processor.options.hastPlugins.push({
          name: 'iolab-base-paths',
          element: {
            filter: ['a'],
            visit(node: Node, context: Context) {
              const { href } = node.properties;
              if (typeof href !== 'string') return;
              const link = withBase(href, config.base);
              if (link !== href) context.setProperty(node, 'href', link);
            },
          },
        });
      },
    },
  };
}
