using XenStack.Tool;

return await new XenStackCommand().Parse(args).InvokeAsync();
