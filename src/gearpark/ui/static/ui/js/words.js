// The few words scripts show, in both languages; everything else comes from the server.
const ZH = {
  "Show as table": "以表格显示",
  "Show as chart": "以图表显示",
  "Whole period": "整个时段",
  "No data in this period.": "此时段无数据。",
  "The data did not come. Try again.": "数据未能取得，请重试。",
  "Plan": "计划",
  "Time": "时间",
  "Earlier": "更早",
  "Later": "更晚",
  "Zoom in": "放大",
  "Zoom out": "缩小",
};
export const t = (text) => (document.documentElement.lang.startsWith("zh") && ZH[text]) || text;
