import type { ReactNode } from 'react';
import ModalDialog, { ModalHeader, ModalTitle } from '@atlaskit/modal-dialog';
import * as v from 'valibot';

const Size = v.picklist(['small', 'medium', 'large', 'xlarge', 'max']);
/** A function that a frame passed along. */
export const Callback = v.custom<(payload?: unknown) => unknown>((value) => typeof value === 'function');

const ModalShape = v.looseObject({
  resource: v.nullish(v.string()),
  size: v.optional(v.fallback(Size, 'medium'), 'medium'),
  context: v.optional(v.unknown()),
  title: v.optional(v.string()),
  closeOnEscape: v.optional(v.boolean(), true),
  closeOnOverlayClick: v.optional(v.boolean(), true),
  onClose: v.optional(Callback),
});

/** An open modal of a frame. */
export interface ModalRequest {
  readonly resource: string | undefined;
  readonly width: string;
  readonly context: unknown;
  readonly title: string | undefined;
  readonly closeOnEscape: boolean;
  readonly closeOnOverlayClick: boolean;
  readonly onClose: (payload: unknown) => void;
}

const WIDTHS = { small: 'small', medium: 'medium', large: 'large', xlarge: 'x-large', max: '100%' } as const;

/** Reads what a frame asked for; throws when it is nothing that `openModal` takes. */
export function modalRequest(data: unknown): ModalRequest {
  const { resource, size, onClose, context, title, closeOnEscape, closeOnOverlayClick } = v.parse(
    ModalShape,
    data,
  );
  return {
    resource: resource ?? undefined,
    width: WIDTHS[size],
    context,
    title,
    closeOnEscape,
    closeOnOverlayClick,
    onClose: (payload) => void onClose?.(payload),
  };
}

/** A dialog around a frame that another frame has opened. */
export function FrameModal(props: {
  readonly request: ModalRequest;
  readonly title: string;
  readonly onClosed: () => void;
  readonly children: (close: (payload: unknown) => void) => ReactNode;
}) {
  const { request } = props;
  const close = (payload: unknown): void => {
    props.onClosed();
    request.onClose(payload);
  };
  const title = request.title ?? props.title;
  return (
    <ModalDialog
      width={request.width}
      label={title}
      shouldCloseOnEscapePress={request.closeOnEscape}
      shouldCloseOnOverlayClick={request.closeOnOverlayClick}
      onClose={() => close(undefined)}
    >
      <ModalHeader hasCloseButton>
        <ModalTitle>{title}</ModalTitle>
      </ModalHeader>
      <div className="frame-modal">{props.children(close)}</div>
    </ModalDialog>
  );
}
