using XenStack.Tool;

return await XenStackCommand.RunAsync(args);
