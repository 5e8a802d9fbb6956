import type { ChangeNotifier } from './change-notifier.ts';
import type { Actor, Files } from './files.ts';

/** The same tree; whatever changes it tells the notifier once it is durable. */
export function tellChanges(files: Omit<Files, 'onChange'>, notifier: ChangeNotifier): Files {
  const { uploads } = files;
  const telling =
    <A extends readonly unknown[], T>(change: (actor: Actor, ...rest: A) => Promise<T>) =>
    async (actor: Actor, ...rest: A): Promise<T> => {
      const result = await change(actor, ...rest);
      notifier.changed(actor.userId);
      return result;
    };
  return {
    ...files,
    onChange: (listener) => notifier.listen(listener),
    write: telling(files.write),
    writeBatch: telling(files.writeBatch),
    writeDelta: telling(files.writeDelta),
    mkdir: telling(files.mkdir),
    move: telling(files.move),
    copy: telling(files.copy),
    remove: telling(files.remove),
    patch: telling(files.patch),
    lock: async (actor, path, request) => {
      const result = await files.lock(actor, path, request);
      if (result.created) notifier.changed(actor.userId);
      return result;
    },
    uploads: { ...uploads, finish: telling(uploads.finish) },
  };
}
