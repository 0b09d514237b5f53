/**
 * What the expert would rather have of the picture. `balanced`: what moves goes as film, as good as the line allows. `sharp`: everything exactly,
 * and film in fewer pictures. `thin`: film sooner, smaller and in fewer pictures, so that the line is left to what is read and typed.
 */
export const PICTURE_QUALITIES = ['balanced', 'sharp', 'thin'] as const;
export type PictureQuality = (typeof PICTURE_QUALITIES)[number];
