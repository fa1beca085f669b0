import { useEffect, useState } from 'react'

const themes = ['auto', 'light', 'dark'] as const
type Theme = (typeof themes)[number]

const keptAs = 'theme'

const kept = (): Theme => themes.find(theme => theme === localStorage.getItem(keptAs)) ?? 'auto'

const apply = (theme: Theme): void => {
  if (theme === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  localStorage.setItem(keptAs, theme)
  window.dispatchEvent(new Event('themechange'))
}

/** Light, dark, or what the system says. */
export const ThemeChoice = () => {
  const [theme, setTheme] = useState(kept)
  useEffect(() => apply(theme), [theme])
  return (
    <fieldset className="choice">
      <legend className="unseen">Theme</legend>
      {themes.map(each => (
        <label key={each}>
          <input type="radio" name="theme" value={each} checked={theme === each} onChange={() => setTheme(each)} />
          <span>{each}</span>
        </label>
      ))}
    </fieldset>
  )
}
