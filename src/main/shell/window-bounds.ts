import type { Rect, Size } from '../../protocol/rdp/geometry.ts';
import type { Question } from './questions.ts';

/** Where to put a window: the remembered place while its title bar is on a screen of today, else centred; never larger than the screen. */
export function placeWindow(
  remembered: Rect | undefined,
  wanted: { readonly width: number; readonly height: number },
  workAreas: readonly Rect[],
): Rect {
  const primary = workAreas[0] ?? { x: 0, y: 0, ...wanted };
  if (remembered !== undefined) {
    const home = workAreas.find(
      (area) =>
        remembered.x + remembered.width - 80 > area.x &&
        remembered.x + 80 < area.x + area.width &&
        remembered.y >= area.y &&
        remembered.y + 40 <= area.y + area.height,
    );
    if (home !== undefined) {
      return {
        x: remembered.x,
        y: remembered.y,
        width: Math.min(remembered.width, home.width),
        height: Math.min(remembered.height, home.height),
      };
    }
  }
  const width = Math.min(wanted.width, primary.width);
  const height = Math.min(wanted.height, primary.height);
  return {
    x: primary.x + Math.floor((primary.width - width) / 2),
    y: primary.y + Math.floor((primary.height - height) / 2),
    width,
    height,
  };
}

/** The smallest size that a window may be made: no larger than the screen, which at 200 % has half as many of its units. */
export function smallestSize(wanted: Size, workArea: Rect): { readonly minWidth: number; readonly minHeight: number } {
  return { minWidth: Math.min(wanted.width, workArea.width), minHeight: Math.min(wanted.height, workArea.height) };
}

export type BarEdge = 'top' | 'bottom';

const BAR = { width: 1_180, height: 84 };
/** On a narrow screen it has its buttons below its words. */
const NARROW = { below: 1_100, height: 150 };
/** On the narrowest these may need two rows. */
const NARROWEST = { below: 700, height: 180 };

/** The novice's panel as a slim bar, in the middle of an edge. */
export function placeBar(workArea: Rect, edge: BarEdge): Rect {
  const margin = 8;
  const width = Math.min(BAR.width, workArea.width - 2 * margin);
  const { height: wanted } = [NARROWEST, NARROW].find(({ below }) => width < below) ?? BAR;
  const height = Math.min(wanted, workArea.height);
  return {
    x: workArea.x + Math.floor((workArea.width - width) / 2),
    y: edge === 'top' ? workArea.y + margin : workArea.y + Math.max(0, workArea.height - height - margin),
    width,
    height,
  };
}

export const PANEL_SIZE = { width: 380, height: 560 };

/** The novice's panel: bottom right, out of the way of what is being helped with. */
export function placePanel(wanted: { readonly width: number; readonly height: number }, workArea: Rect): Rect {
  const margin = 16;
  const width = Math.min(wanted.width, workArea.width);
  const height = Math.min(wanted.height, workArea.height);
  return {
    x: Math.max(workArea.x, workArea.x + workArea.width - width - margin),
    y: Math.max(workArea.y, workArea.y + workArea.height - height - margin),
    width,
    height,
  };
}

const overlap = (a: Rect, b: Rect): number =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));

const QUESTION_WIDTH = 640;
/** With something to choose, behind a line or in rows: as much as there is to be seen at once, where the screen has so much. */
const QUESTION_HEIGHT = { plain: 680, folded: 808, rows: 1_000 };

/** How large a question's window is where the screen is large enough. */
export function questionSize({ choice, warning }: Pick<Question, 'choice' | 'warning'>): Size {
  // Without the sentences of a warning there is room enough.
  const kind = choice === undefined || warning?.text === undefined ? 'plain' : choice.options.length === 0 ? 'folded' : 'rows';
  return { width: QUESTION_WIDTH, height: QUESTION_HEIGHT[kind] };
}

/** So far from the pointer: a click that is already on its way does not land in the window. */
const POINTER_MARGIN = 48;
/** The lower part of a question, where its answers are. */
const ANSWERS_HEIGHT = 150;
const STEPS = 8;

/** So much of a question is worth more than a place of its own: the warning and the answers, and something between. */
const LEAST_HEIGHT = 500;
/** The title bar that a window manager adds, which nobody knows before the window is shown. */
const TITLE_BAR = 40;

/** What of the work area lies beside a window, where a question has enough of it: above or below a bar, beside a panel. The area itself where none does. */
function roomBeside(beside: Rect, area: Rect, width: number): Rect {
  const [right, bottom] = [beside.x + beside.width, beside.y + beside.height];
  const rooms: readonly Rect[] = [
    { ...area, height: beside.y - area.y - TITLE_BAR },
    { ...area, y: bottom, height: area.y + area.height - bottom - TITLE_BAR },
    { ...area, width: beside.x - area.x },
    { ...area, x: right, width: area.x + area.width - right },
  ];
  const enough = rooms.filter(
    (room) => room.width >= width && room.height >= LEAST_HEIGHT && overlap(room, area) === room.width * room.height,
  );
  return enough.toSorted((a, b) => b.height - a.height)[0] ?? area;
}

/**
 * A question: its answers not under the pointer, beside the window that it is about (`beside`, which has Stop), and the rest of it not under
 * the pointer either, as well as the screen allows; of several such places the one nearest to the middle.
 */
export function placeQuestion(
  wanted: Size,
  pointer: { readonly x: number; readonly y: number },
  beside: Rect | undefined,
  workArea: Rect,
): Rect {
  const width = Math.min(wanted.width, workArea.width);
  const spot: Rect = {
    x: pointer.x - POINTER_MARGIN,
    y: pointer.y - POINTER_MARGIN,
    width: 2 * POINTER_MARGIN,
    height: 2 * POINTER_MARGIN,
  };
  const places = (from: number, room: number): number[] =>
    Array.from({ length: STEPS + 1 }, (_, step) => from + Math.floor((Math.max(0, room) * step) / STEPS));
  const within = (room: Rect): Rect[] => {
    const height = Math.min(wanted.height, room.height);
    return places(room.x, room.width - width).flatMap((x) =>
      places(room.y, room.height - height).map((y): Rect => ({ x, y, width, height })),
    );
  };
  const choices = [...within(workArea), ...(beside === undefined ? [] : within(roomBeside(beside, workArea, width)))];
  const answers = ({ x, y, height }: Rect): Rect => ({ x, y: y + height - ANSWERS_HEIGHT, width, height: ANSWERS_HEIGHT });
  const offMiddle = ({ x, y, height }: Rect): number =>
    Math.abs(x + width / 2 - workArea.x - workArea.width / 2) + Math.abs(y + height / 2 - workArea.y - workArea.height / 2);
  const cost = (rect: Rect): number =>
    overlap(answers(rect), spot) * 100 + overlap(rect, spot) * 5 + (beside === undefined ? 0 : overlap(rect, beside));
  return choices.toSorted((a, b) => cost(a) - cost(b) || offMiddle(a) - offMiddle(b))[0] ?? { ...workArea, width };
}
