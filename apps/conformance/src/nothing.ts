// Stands for engines that exist in Node only when the page is bundled.

export default undefined;
