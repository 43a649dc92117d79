/** Size of curves that are shown side by side: three of them fit a wide page. */
export const smallFigure = { width: 340, height: 190, legendColumns: 2 } as const;
