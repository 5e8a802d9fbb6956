@echo off
setlocal
node "%~dp0scripts\setup.mjs" 1>&2 <nul
if errorlevel 1 exit /b 1
"%~dp0scripts\toolchain\node_modules\node\bin\node.exe" "%~dp0dist\holdfast.mjs" %*
