import { RangeSetBuilder, type Extension } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  ViewPlugin,
  WidgetType,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view';
import { findHiddenCharacters, type HiddenCharacter } from '#core/sql/hidden-characters';

/** Stands in the place of a character that nobody would see, so that it can neither hide nor reorder text. */
class HiddenBadge extends WidgetType {
  readonly #character: HiddenCharacter;

  constructor(character: HiddenCharacter) {
    super();
    this.#character = character;
  }

  override eq(other: HiddenBadge): boolean {
    return (
      other.#character.code === this.#character.code &&
      other.#character.forbidden === this.#character.forbidden
    );
  }

  override toDOM(): HTMLElement {
    const badge = document.createElement('span');
    badge.className = `cm-hidden-character${this.#character.forbidden ? ' cm-hidden-character-forbidden' : ''}`;
    badge.textContent = this.#character.code;
    badge.title = this.#character.name;
    return badge;
  }
}

function decorate(text: string): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const character of findHiddenCharacters(text)) {
    const length = (text.codePointAt(character.offset) ?? 0) > 0xffff ? 2 : 1;
    const badge = Decoration.replace({ widget: new HiddenBadge(character) });
    builder.add(character.offset, character.offset + length, badge);
  }
  return builder.finish();
}

/** Shows every hidden and bidirectional character as a badge with its code. */
export function hiddenBadges(): Extension {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      constructor(view: EditorView) {
        this.decorations = decorate(view.state.doc.toString());
      }
      update(update: ViewUpdate): void {
        if (update.docChanged) this.decorations = decorate(update.state.doc.toString());
      }
    },
    {
      decorations: (plugin) => plugin.decorations,
      provide: (plugin) =>
        EditorView.atomicRanges.of((view) => view.plugin(plugin)?.decorations ?? Decoration.none),
    },
  );
}
